// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManagerUpgradeable} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagerUpgradeable.sol";
import {ProjectType} from "./interfaces/IMethodologyRegistry.sol";
import {Accreditation, IRegistryAccessControl, Standing} from "./interfaces/IRegistryAccessControl.sol";
import {CalendarDays} from "./libraries/CalendarDays.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title The part of the access manager that says who may judge (OGCR 6.2.2)
abstract contract Accreditations is AccessManagerUpgradeable, IRegistryAccessControl {
    /// @param house digest of the account's organisation, kept here too so that a judgement reads one slot
    struct Held {
        uint32 projectTypes;
        uint16 startDay;
        uint16 endDay;
        uint192 house;
        bytes32 evidenceHash;
    }

    /// @custom:storage-location erc7201:ogcr.storage.Accreditations
    struct AccreditationsStorage {
        mapping(address account => mapping(uint64 roleId => Held)) accreditations;
        mapping(address account => bytes32) organisations;
    }

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.Accreditations")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x60064ed4e7be567fcd4f9c9ecbd7f8b80ccc1addc2f733e43ac0e3c5b92d0a00;

    uint256 private constant URI_LIMIT = 512;
    uint256 private constant REASON_LIMIT = 500;
    uint32 private constant EVERY_PROJECT_TYPE = (uint32(2) << uint8(type(ProjectType).max)) - 1;

    /// @inheritdoc IRegistryAccessControl
    function accredit(address account, uint64 roleId, Accreditation calldata accreditation_, string calldata uri)
        external
        onlyAuthorized
    {
        _requireAccreditable(roleId);
        if (account == address(0)) revert RegistryAccessControlZeroAddress();
        _requireSound(accreditation_);
        _requireWithin(uri, URI_LIMIT);
        bytes32 organisation = organisationOf(account);
        if (organisation == 0) revert RegistryAccessControlOrganisationRequired(account);

        _accreditations().accreditations[account][roleId] = Held(
            accreditation_.projectTypes,
            accreditation_.startDay,
            accreditation_.endDay,
            _houseOf(organisation),
            accreditation_.evidenceHash
        );
        emit AccreditationGranted(
            account,
            roleId,
            _msgSender(),
            accreditation_.projectTypes,
            accreditation_.startDay,
            accreditation_.endDay,
            accreditation_.evidenceHash,
            uri
        );
    }

    /// @inheritdoc IRegistryAccessControl
    function withdrawAccreditation(address account, uint64 roleId, bytes32 evidenceHash, string calldata reason)
        external
        onlyAuthorized
    {
        _requireAccreditable(roleId);
        if (!_isAccredited(account, roleId)) revert RegistryAccessControlNotAccredited(account, roleId);
        if (evidenceHash == 0) revert RegistryAccessControlZeroHash();
        if (bytes(reason).length == 0) revert RegistryAccessControlReasonRequired();
        _requireWithin(reason, REASON_LIMIT);

        delete _accreditations().accreditations[account][roleId];
        emit AccreditationWithdrawn(account, roleId, _msgSender(), evidenceHash, reason);
    }

    /// @inheritdoc IRegistryAccessControl
    function setOrganisation(address account, bytes32 organisation) external onlyAuthorized {
        if (account == address(0)) revert RegistryAccessControlZeroAddress();
        // Else taking the organisation away would make an accredited account independent of its own house.
        bool isValidator = _isAccredited(account, Roles.VALIDATOR);
        bool isVerifier = _isAccredited(account, Roles.VERIFIER);
        if (organisation == 0 && (isValidator || isVerifier)) {
            revert RegistryAccessControlOrganisationRequired(account);
        }

        AccreditationsStorage storage $ = _accreditations();
        $.organisations[account] = organisation;
        if (isValidator) $.accreditations[account][Roles.VALIDATOR].house = _houseOf(organisation);
        if (isVerifier) $.accreditations[account][Roles.VERIFIER].house = _houseOf(organisation);
        emit OrganisationSet(account, organisation, _msgSender());
    }

    /// @inheritdoc IRegistryAccessControl
    function accreditation(address account, uint64 roleId) external view returns (Accreditation memory) {
        Held storage held = _accreditations().accreditations[account][roleId];
        return Accreditation(held.projectTypes, held.startDay, held.endDay, held.evidenceHash);
    }

    /// @inheritdoc IRegistryAccessControl
    function organisationOf(address account) public view returns (bytes32) {
        return _accreditations().organisations[account];
    }

    /// @inheritdoc IRegistryAccessControl
    function standing(address account, uint64 roleId, ProjectType projectType, address developer)
        external
        view
        returns (Standing)
    {
        (bool isMember,) = hasRole(roleId, account);
        if (!isMember) return Standing.RoleNotHeld;

        Held storage held = _accreditations().accreditations[account][roleId];
        if (held.projectTypes == 0) return Standing.NotAccredited;
        if ((held.projectTypes >> uint8(projectType)) & 1 == 0) return Standing.OutOfScope;
        uint256 today = CalendarDays.today();
        if (today < held.startDay) return Standing.NotYetValid;
        if (today > held.endDay) return Standing.Lapsed;
        bool isOneHouse = account == developer || held.house == _houseOf(organisationOf(developer));
        return isOneHouse ? Standing.SameOrganisation : Standing.Fit;
    }

    /// @dev A developer without an organisation acts for itself: zero is nobody's house but has a digest like any other.
    function _houseOf(bytes32 organisation) private pure returns (uint192) {
        return uint192(uint256(keccak256(abi.encode(organisation))));
    }

    function _isAccredited(address account, uint64 roleId) private view returns (bool) {
        return _accreditations().accreditations[account][roleId].projectTypes != 0;
    }

    function _requireAccreditable(uint64 roleId) private pure {
        if (roleId != Roles.VALIDATOR && roleId != Roles.VERIFIER) revert RegistryAccessControlInvalidRole(roleId);
    }

    function _requireSound(Accreditation calldata accreditation_) private pure {
        uint32 projectTypes = accreditation_.projectTypes;
        if (projectTypes == 0 || projectTypes > EVERY_PROJECT_TYPE) {
            revert RegistryAccessControlInvalidScope(projectTypes);
        }
        if (accreditation_.startDay > accreditation_.endDay) {
            revert RegistryAccessControlInvalidPeriod(accreditation_.startDay, accreditation_.endDay);
        }
        if (accreditation_.evidenceHash == 0) revert RegistryAccessControlZeroHash();
    }

    function _requireWithin(string calldata text, uint256 limit) private pure {
        if (bytes(text).length > limit) revert RegistryAccessControlTextTooLong(bytes(text).length, limit);
    }

    function _accreditations() private pure returns (AccreditationsStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
